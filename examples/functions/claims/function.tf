# What a token says, which nobody verified.
variable "token" {
  type      = string
  sensitive = true
}

output "subject" {
  value = nonsensitive(provider::oidcfed::claims(var.token).sub)
}
