# Would Google Cloud accept this token at this provider, for this member of an IAM policy.
output "decision" {
  value = provider::oidcfed::evaluate_gcp(
    {
      name                = "projects/123456789012/locations/global/workloadIdentityPools/ci/providers/github"
      issuer_uri          = "https://token.actions.githubusercontent.com"
      allowed_audiences   = ["https://iam.example.com"]
      attribute_mapping   = { "google.subject" = "assertion.sub", "attribute.repository_id" = "assertion.repository_id" }
      attribute_condition = "assertion.repository_id == '456'"
      binding             = "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/attribute.repository_id/456"
    },
    {
      iss           = "https://token.actions.githubusercontent.com"
      aud           = "https://iam.example.com"
      sub           = "repo:acme/api:ref:refs/heads/main"
      repository_id = "456"
    },
  ).decision
}
