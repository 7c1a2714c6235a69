# By ARN, or by account and issuer.
terraform import oidcfed_aws_oidc_provider.ci arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com
terraform import oidcfed_aws_oidc_provider.ci 111122223333/https://token.actions.githubusercontent.com
