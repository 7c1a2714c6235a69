terraform {
  required_providers {
    oidcfed = {
      source = "oidcfed/oidcfed"
    }
  }
}

provider "oidcfed" {
  allow_loopback_issuers = true
}

variable "issuer" {
  type = string
}

output "role_arn" {
  value = oidcfed_aws_trust.deploy.role_arn
}
