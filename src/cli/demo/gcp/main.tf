resource "oidcfed_gcp_trust" "deploy" {
  issuer          = var.issuer
  subjects        = ["repo:acme/api:ref:refs/heads/main"]
  pool            = { id = "deploy" }
  pool_provider   = { id = "repositories" }
  service_account = { account_id = "deploy" }
  grants = {
    look = { project = "sandbox-one", role = "roles/storage.objectViewer" }
  }
}
