resource "oidcfed_aws_trust" "deploy" {
  issuer    = var.issuer
  subjects  = ["repo:acme/api:ref:refs/heads/main"]
  role_name = "deploy"
  inline_policies = {
    look = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "iam:ListRoles", Resource = "*" }]
    })
  }
}
