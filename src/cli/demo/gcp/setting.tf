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

output "service_account_email" {
  value = oidcfed_gcp_trust.deploy.service_account_email
}
