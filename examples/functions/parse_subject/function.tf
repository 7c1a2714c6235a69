# The repository that a subject names.
output "repository" {
  value = provider::oidcfed::parse_subject("github-actions", "repo:acme/api:ref:refs/heads/main").variables.repo
}
