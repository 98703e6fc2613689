"""Options that instances and launch templates have in common, by the provider's names."""

from guardian.adapters.aws.read import Names

_RANGE: Names = {"max": "Max", "min": "Min"}

INSTANCE_REQUIREMENTS: Names = {
    "accelerator_count": ("AcceleratorCount", _RANGE),
    "accelerator_manufacturers": "AcceleratorManufacturers",
    "accelerator_names": "AcceleratorNames",
    "accelerator_total_memory_mib": ("AcceleratorTotalMemoryMiB", _RANGE),
    "accelerator_types": "AcceleratorTypes",
    "allowed_instance_types": "AllowedInstanceTypes",
    "bare_metal": "BareMetal",
    "baseline_ebs_bandwidth_mbps": ("BaselineEbsBandwidthMbps", _RANGE),
    "burstable_performance": "BurstablePerformance",
    "cpu_manufacturers": "CpuManufacturers",
    "excluded_instance_types": "ExcludedInstanceTypes",
    "instance_generations": "InstanceGenerations",
    "local_storage": "LocalStorage",
    "local_storage_types": "LocalStorageTypes",
    "max_spot_price_as_percentage_of_optimal_on_demand_price": (
        "MaxSpotPriceAsPercentageOfOptimalOnDemandPrice"
    ),
    "memory_gib_per_vcpu": ("MemoryGiBPerVCpu", _RANGE),
    "memory_mib": ("MemoryMiB", _RANGE),
    "network_bandwidth_gbps": ("NetworkBandwidthGbps", _RANGE),
    "network_interface_count": ("NetworkInterfaceCount", _RANGE),
    "on_demand_max_price_percentage_over_lowest_price": "OnDemandMaxPricePercentageOverLowestPrice",
    "require_hibernate_support": "RequireHibernateSupport",
    "spot_max_price_percentage_over_lowest_price": "SpotMaxPricePercentageOverLowestPrice",
    "total_local_storage_gb": ("TotalLocalStorageGB", _RANGE),
    "vcpu_count": ("VCpuCount", _RANGE),
}
CAPACITY_RESERVATION: Names = {
    "capacity_reservation_preference": "CapacityReservationPreference",
    "capacity_reservation_target": (
        "CapacityReservationTarget",
        {
            "capacity_reservation_id": "CapacityReservationId",
            "capacity_reservation_resource_group_arn": "CapacityReservationResourceGroupArn",
        },
    ),
}
CPU: Names = {"amd_sev_snp": "AmdSevSnp", "core_count": "CoreCount", "threads_per_core": "ThreadsPerCore"}
METADATA: Names = {
    "http_endpoint": "HttpEndpoint",
    "http_protocol_ipv6": "HttpProtocolIpv6",
    "http_put_response_hop_limit": "HttpPutResponseHopLimit",
    "http_tokens": "HttpTokens",
    "instance_metadata_tags": "InstanceMetadataTags",
}
PRIVATE_DNS_NAME: Names = {
    "enable_resource_name_dns_a_record": "EnableResourceNameDnsARecord",
    "enable_resource_name_dns_aaaa_record": "EnableResourceNameDnsAAAARecord",
    "hostname_type": "HostnameType",
}
