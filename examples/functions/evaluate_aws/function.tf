# Would this token get credentials, and if not, why not.
output "decision" {
  value = provider::oidcfed::evaluate_aws(
    {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
            "token.actions.githubusercontent.com:sub" = "repo:acme/api:ref:refs/heads/main"
          }
        }
      }]
    },
    {
      url        = "https://token.actions.githubusercontent.com"
      client_ids = ["sts.amazonaws.com"]
      role_arn   = "arn:aws:iam::111122223333:role/deploy"
    },
    {
      iss = "https://token.actions.githubusercontent.com"
      aud = "sts.amazonaws.com"
      sub = "repo:acme/api:pull_request"
    },
  )
}
