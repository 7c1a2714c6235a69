# The thumbprint that IAM wants for an issuer behind these certificates.
variable "certificate_chain" {
  type = string
}

output "thumbprint" {
  value = provider::oidcfed::thumbprint(var.certificate_chain)
}
