variable "name" {
  description = "Name of the role."
  type        = string
  default     = "guardian-read"
}

variable "path" {
  description = "Path of the role."
  type        = string
  default     = "/"
}

variable "trusted_arns" {
  description = "ARNs that may assume the role, for instance the CI's own role. None: no role is made, and only the policy is told."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for each in var.trusted_arns : can(regex("^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.+$", each))])
    error_message = "Each must be the ARN of a principal of IAM or STS: nobody else should read everything."
  }
}

variable "external_id" {
  description = "What whoever assumes the role from another account must know."
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the role."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
}
