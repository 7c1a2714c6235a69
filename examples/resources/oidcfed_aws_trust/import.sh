# By ARN, by account and name, or by the name in the credentials' own account.
terraform import oidcfed_aws_trust.deploy arn:aws:iam::111122223333:role/deploy
terraform import oidcfed_aws_trust.deploy 111122223333/deploy
terraform import oidcfed_aws_trust.deploy deploy
