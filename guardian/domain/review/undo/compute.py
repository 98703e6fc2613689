"""What making again gives of machines, containers and functions."""

from guardian.domain.review.undo.rule import AWS, UndoRule, anew, same

_EC2 = f"{AWS}/AWSEC2/latest"
_EKS = f"{AWS}/eks/latest"
_LAMBDA = f"{AWS}/lambda/latest/api"

_MACHINES = (
    anew(
        "aws_instance",
        "id arn primary_network_interface_id",
        f"{_EC2}/UserGuide/terminating-instances.html",
        gone=("its root volume",),
    ),
    anew("aws_eip", "id public_ip"),
    anew("aws_eip_association", "id"),
    anew("aws_key_pair", "key_pair_id"),
    anew("aws_placement_group", "placement_group_id"),
    anew(
        "aws_launch_template",
        "id arn",
        f"{_EC2}/APIReference/API_DeleteLaunchTemplate.html",
        gone=("its earlier versions",),
    ),
    anew("aws_launch_configuration", "arn"),
    anew(
        "aws_autoscaling_group",
        "arn",
        f"{AWS}/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html",
        gone=("its instances",),
    ),
    anew("aws_autoscaling_policy", "arn"),
    anew("aws_autoscaling_schedule", "arn"),
    same("aws_autoscaling_attachment", "autoscaling_group_name lb_target_group_arn elb"),
    same("aws_autoscaling_lifecycle_hook", "autoscaling_group_name name"),
    same("aws_autoscaling_notification", "topic_arn group_names notifications"),
    same("aws_appautoscaling_target", "service_namespace resource_id scalable_dimension"),
    anew("aws_appautoscaling_policy", "arn"),
    anew("aws_lightsail_static_ip", "ip_address"),
    anew(
        "aws_sagemaker_notebook_instance",
        "",
        f"{AWS}/sagemaker/latest/APIReference/API_DeleteNotebookInstance.html",
        gone=("its files",),
    ),
    anew("aws_ec2_capacity_block_reservation", "id arn"),
    anew("aws_bedrock_provisioned_model_throughput", "provisioned_model_arn"),
)

_CONTAINERS = (
    same("aws_ecs_cluster", "name"),
    same("aws_ecs_cluster_capacity_providers", "cluster_name"),
    same("aws_ecs_capacity_provider", "name"),
    anew(
        "aws_ecs_service",
        "",
        f"{AWS}/AmazonECS/latest/APIReference/API_DeleteService.html",
        gone=("its running tasks",),
    ),
    anew(
        "aws_ecs_task_definition",
        "revision arn",
        f"{AWS}/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html",
    ),
    anew(
        "aws_eks_cluster",
        "endpoint certificate_authority identity",
        f"{_EKS}/userguide/delete-cluster.html",
        gone=("all that Kubernetes keeps in it",),
    ),
    anew(
        "aws_eks_node_group",
        "arn",
        f"{_EKS}/APIReference/API_DeleteNodegroup.html",
        gone=("its nodes",),
    ),
    anew("aws_eks_addon", "arn"),
    anew("aws_eks_fargate_profile", "arn"),
    anew("aws_eks_access_entry", "access_entry_arn"),
    same("aws_eks_access_policy_association", "cluster_name principal_arn policy_arn"),
    anew("aws_eks_pod_identity_association", "association_id association_arn"),
    anew("aws_batch_job_definition", "revision arn"),
)

_FUNCTIONS = (
    anew("aws_lambda_function", "", f"{_LAMBDA}/API_DeleteFunction.html", gone=("its published versions",)),
    same("aws_lambda_alias", "function_name name"),
    same("aws_lambda_permission", "function_name statement_id qualifier"),
    same("aws_lambda_function_event_invoke_config", "function_name qualifier"),
    same("aws_lambda_provisioned_concurrency_config", "function_name qualifier"),
    anew("aws_lambda_event_source_mapping", "uuid arn"),
    anew("aws_lambda_function_url", "function_url url_id"),
    anew(
        "aws_lambda_layer_version",
        "version arn",
        f"{_LAMBDA}/API_PublishLayerVersion.html",
    ),
    anew("aws_sfn_state_machine", "creation_date"),
    same("aws_codebuild_project", "name"),
)

COMPUTE: tuple[UndoRule, ...] = (*_MACHINES, *_CONTAINERS, *_FUNCTIONS)
