# The main branch of one repository may act as this service account, and so read the project's buckets; nobody else.
# Pool, provider, service account, binding and grant are this trust's own: `terraform destroy` takes all of them away.
resource "oidcfed_gcp_trust" "deploy" {
  issuer          = "https://token.actions.githubusercontent.com"
  subjects        = ["repo:acme/api:ref:refs/heads/main"]
  project         = "acme-prod"
  pool            = { id = "deploy" }
  pool_provider   = { id = "github" }
  service_account = { account_id = "deploy-api" }

  grants = {
    buckets = { project = "acme-prod", role = "roles/storage.objectViewer" }
  }
}

output "provider_name" {
  value = oidcfed_gcp_trust.deploy.provider_name
}

# For Google's libraries and `gcloud`; there is no secret in it.
output "credential_configuration" {
  value = oidcfed_gcp_trust.deploy.credential_configuration
}
