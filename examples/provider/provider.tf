terraform {
  required_providers {
    oidcfed = {
      source = "oidcfed/oidcfed"
    }
  }
}

# Credentials are found as the AWS command line finds them.
provider "oidcfed" {
  aws = {
    region              = "eu-central-1"
    allowed_account_ids = ["111122223333"]
    default_tags        = { managed_by = "terraform" }
  }
}
