output "role_arn" {
  description = "ARN of the role; null when none was made."
  value       = one(aws_iam_role.this[*].arn)
}

output "policy_json" {
  description = "The policy, for a role that is there already."
  value       = local.policy
}
