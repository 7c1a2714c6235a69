# Every subject that the workload may have: with names, and with names and ids.
output "subjects" {
  value = provider::oidcfed::subjects("github-actions", {
    owner    = "acme"
    owner_id = "123456"
    repo     = "api"
    repo_id  = "456789"
    branch   = "main"
  })
}
