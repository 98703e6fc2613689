mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }
}

run "nobody_is_trusted_unasked" {
  command = plan

  assert {
    condition     = length(aws_iam_role.this) == 0 && length(aws_iam_role_policy.this) == 0
    error_message = "without trusted_arns no role may be made"
  }
}

run "a_role_reads_and_nothing_else" {
  command = plan

  variables {
    trusted_arns = ["arn:aws:iam::123456789012:role/ci"]
    external_id  = "shop"
  }

  assert {
    condition     = aws_iam_role_policy.this[0].policy == file("policy.json")
    error_message = "the role must have the generated policy"
  }

  assert {
    condition = alltrue(flatten([
      for each in jsondecode(output.policy_json).Statement : [
        for action in each.Action : can(regex("^[a-z0-9-]+:(Get|List|Describe|GET)", action))
      ]
    ]))
    error_message = "the policy may only read"
  }
}

run "everybody_cannot_be_trusted" {
  command = plan

  variables {
    trusted_arns = ["*"]
  }

  expect_failures = [var.trusted_arns]
}
