using Google.Protobuf;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server with policies, for the tests of the command line alone.</summary>
internal sealed class CannedPolicies : PolicyService.PolicyServiceBase
{
    /// <summary>All requests, in order.</summary>
    public List<IMessage> Requests { get; } = [];

    /// <summary>What a registry must hold.</summary>
    public GetRegistryPolicyResponse Registry { get; } = new()
    {
        Group = "Pilot \"Berlin\"",
        Settings =
        {
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "DisableDualScan", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "SetPolicyDrivenUpdateSourceForDriverUpdates", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "SetPolicyDrivenUpdateSourceForFeatureUpdates", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "SetPolicyDrivenUpdateSourceForOtherUpdates", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "SetPolicyDrivenUpdateSourceForQualityUpdates", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "TargetGroup", Text = "Pilot \"Berlin\" \\ Größe" },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "TargetGroupEnabled", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "WUServer", Text = "https://updates.example:8531" },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", Name = "WUStatusServer", Text = "https://updates.example:8531" },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU", Name = "AUOptions", Number = 4 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU", Name = "ScheduledInstallTime", Number = 22 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU", Name = "UseUpdateClassPolicySource", Number = 1 },
            new RegistrySetting { Key = @"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU", Name = "UseWUServer", Number = 1 },
            new RegistrySetting { OfUser = true, Key = @"Software\Policies\Microsoft\Office\Example", Name = "Blocked", Number = 1 },
        },
        Notes = { "Something else to know." },
    };

    public override Task<ListPoliciesResponse> ListPolicies(ListPoliciesRequest request, ServerCallContext context) => Answer(request, new ListPoliciesResponse
    {
        Policies = { new GroupPolicy { GroupId = Id(2), Group = "Pilot", Policy = new Protocol.Catalog.V1.ClientPolicy { DetectionHours = 4 }, Values = { Value("detect-every", "4h", "Pilot") } } },
    });

    public override Task<GetPolicyResponse> GetPolicy(GetPolicyRequest request, ServerCallContext context) => Answer(request, new GetPolicyResponse
    {
        Group = request.Group,
        ComputerId = request.Computer.Length > 0 ? "01020304-0506-0708-0000-000000000009" : "",
        Computer = request.Computer,
        Groups = { "Pilot" },
        Values = { Value("au-options", "installs at once what it finds", ""), Value("detect-every", "4h", "Pilot") },
    });

    public override Task<SetPolicyResponse> SetPolicy(SetPolicyRequest request, ServerCallContext context) => Answer(request, new SetPolicyResponse
    {
        Group = request.Group,
        Policy = request.Policy,
        Values = { request.ClearAll ? [] : [Value("au-options", "4", request.Group)] },
        Changed = true,
        Computers = 1200,
        Position = request.WhatIf ? null : new Position { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = 23 },
    });

    public override Task<GetRegistryPolicyResponse> GetRegistryPolicy(GetRegistryPolicyRequest request, ServerCallContext context) => Answer(request, Registry);

    private Task<T> Answer<T>(IMessage request, T answer)
    {
        Requests.Add(request);
        return Task.FromResult(answer);
    }

    private static PolicyValue Value(string field, string value, string group) => new() { Field = field, Value = value, Group = group };

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(0x01020304, 0x0506, 0x0708, 0, 0, 0, 0, 0, 0, 0, last).ToByteArray(bigEndian: true));
}
