# The main branch of one repository may assume this role; nobody else.
resource "oidcfed_aws_trust" "deploy" {
  issuer              = "https://token.actions.githubusercontent.com"
  subjects            = ["repo:acme/api:ref:refs/heads/main"]
  role_name           = "deploy"
  managed_policy_arns = ["ReadOnlyAccess"]
}

output "role_arn" {
  value = oidcfed_aws_trust.deploy.role_arn
}
