# Is the issuer known to the account, and which roles trust it?
data "oidcfed_aws_oidc_provider" "github" {
  issuer = "https://token.actions.githubusercontent.com"
}

output "trusted_by" {
  value = data.oidcfed_aws_oidc_provider.github.trusted_by
}
