# No service account: the workload's own identity gets the role. What it may do is said once, where it is granted, and no key, no
# token of an account stands between. The grant names exactly this trust's identities, and holds as long as its condition does.

resource "oidcfed_gcp_trust" "release" {
  issuer   = "https://token.actions.githubusercontent.com"
  subjects = ["repo:acme/api:environment:release"]
  claims   = { repository_id = ["123456"] }

  project       = "acme-prod"
  pool          = { id = "release", display_name = "Releases" }
  pool_provider = { id = "github" }

  grants = {
    artifacts = {
      project = "acme-prod"
      role    = "roles/artifactregistry.writer"
      condition = {
        title      = "until the end of 2027"
        expression = "request.time < timestamp('2028-01-01T00:00:00Z')"
      }
    }
  }
}

# The same identities, for grants that other configurations make (a bucket, a secret).
output "principal_set" {
  value = oidcfed_gcp_trust.release.principal_set
}
