# The trust policy alone, for a role that another tool makes.
data "oidcfed_aws_trust_policy" "deploy" {
  issuer   = "https://token.actions.githubusercontent.com"
  subjects = ["repo:acme/api:ref:refs/heads/main"]
}

output "trust_policy" {
  value = data.oidcfed_aws_trust_policy.deploy.json
}
