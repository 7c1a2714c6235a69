# A team's repositories: production from the main branch only, previews from any pull request with fewer rights.

variable "repositories" {
  type    = set(string)
  default = ["api", "web"]
}

resource "oidcfed_aws_trust" "production" {
  for_each  = var.repositories
  issuer    = "https://token.actions.githubusercontent.com"
  subjects  = ["repo:acme/${each.key}:environment:production"]
  claims    = { repository_owner_id = ["1234567"] }
  role_name = "${each.key}-production"
  inline_policies = {
    deploy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "arn:aws:s3:::acme-${each.key}/*" }]
    })
  }
}

resource "oidcfed_aws_trust" "preview" {
  for_each             = var.repositories
  issuer               = "https://token.actions.githubusercontent.com"
  subjects             = ["repo:acme/${each.key}:pull_request"]
  claims               = { repository_owner_id = ["1234567"] }
  role_name            = "${each.key}-preview"
  max_session_duration = 3600
  managed_policy_arns  = ["ReadOnlyAccess"]
}

output "roles" {
  value = { for name, trust in oidcfed_aws_trust.production : name => trust.role_arn }
}
