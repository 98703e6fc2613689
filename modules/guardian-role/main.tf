locals {
  # Generated from guardian's readers; `make test` holds the two equal.
  policy = file("${path.module}/policy.json")
}

data "aws_iam_policy_document" "trust" {
  count = length(var.trusted_arns) > 0 ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = var.trusted_arns
    }

    dynamic "condition" {
      for_each = var.external_id == null ? [] : [var.external_id]

      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  count = length(var.trusted_arns) > 0 ? 1 : 0

  name                 = var.name
  path                 = var.path
  description          = "Reads what is live, for guardian; changes nothing"
  assume_role_policy   = data.aws_iam_policy_document.trust[0].json
  permissions_boundary = var.permissions_boundary
  max_session_duration = 3600
  tags                 = var.tags
}

# Inline: all readers together may say more than the 6,144 characters of a managed policy.
resource "aws_iam_role_policy" "this" {
  count = length(var.trusted_arns) > 0 ? 1 : 0

  name   = "read"
  role   = aws_iam_role.this[0].name
  policy = local.policy
}
