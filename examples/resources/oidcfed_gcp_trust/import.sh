# By the name of the provider, with the id or the number of the project; behind a comma, where the trust acts as one, the service account.
terraform import oidcfed_gcp_trust.deploy projects/acme-prod/locations/global/workloadIdentityPools/deploy/providers/github
terraform import oidcfed_gcp_trust.deploy projects/acme-prod/locations/global/workloadIdentityPools/deploy/providers/github,deploy-api@acme-prod.iam.gserviceaccount.com
