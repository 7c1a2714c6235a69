# The issuer alone, for roles that are managed elsewhere.
resource "oidcfed_aws_oidc_provider" "ci" {
  issuer    = "https://token.actions.githubusercontent.com"
  audiences = ["sts.amazonaws.com"]
}
