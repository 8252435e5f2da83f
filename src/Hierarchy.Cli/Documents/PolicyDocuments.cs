using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>One field of a policy as the command line takes it; the group is null for the default.</summary>
internal sealed record PolicyValueBody(string Field, string Value, string? Group)
{
    public static PolicyValueBody From(PolicyValue value) => new(value.Field, value.Value, Wire.NullIfEmpty(value.Group));
}

/// <summary>What is decided for one group.</summary>
internal sealed record GroupPolicyBody(string? GroupId, string Group, IReadOnlyList<PolicyValueBody> Values);

/// <summary>What is decided, by group.</summary>
internal sealed record PolicyListDocument(IReadOnlyList<GroupPolicyBody> Policies);

/// <summary>What holds for a group or a computer; the other is null.</summary>
internal sealed record PolicyDocument(string? Group, string? ComputerId, string? Computer, IReadOnlyList<string> Groups, IReadOnlyList<PolicyValueBody> Values);

/// <summary>A policy that was decided, or would be.</summary>
internal sealed record PolicySetDocument(bool WhatIf, string Group, bool Changed, int Computers, IReadOnlyList<PolicyValueBody> Values, PositionDocument? Position)
{
    public static PolicySetDocument From(SetPolicyResponse response, bool isWhatIf) => new(
        isWhatIf, response.Group, response.Changed, response.Computers, [.. response.Values.Select(PolicyValueBody.From)], PositionDocument.From(response.Position));
}

/// <summary>A value of the registry: `type` is `REG_DWORD` or `REG_SZ`.</summary>
internal sealed record RegistrySettingBody(string Hive, string Key, string Name, string Type, uint? Number, string? Text)
{
    public static RegistrySettingBody From(RegistrySetting setting) => setting.ValueCase == RegistrySetting.ValueOneofCase.Text
        ? new(HiveOf(setting), setting.Key, setting.Name, "REG_SZ", null, setting.Text)
        : new(HiveOf(setting), setting.Key, setting.Name, "REG_DWORD", setting.Number, null);

    private static string HiveOf(RegistrySetting setting) => setting.OfUser ? "HKEY_CURRENT_USER" : "HKEY_LOCAL_MACHINE";
}

/// <summary>A policy that was written for Windows.</summary>
internal sealed record PolicyExportDocument(string Group, string Format, IReadOnlyList<string> Files, IReadOnlyList<RegistrySettingBody> Settings, IReadOnlyList<string> Notes);

/// <summary>What a file says of a computer: `severity` is `error` or `warning`; `found` is null when the value is not there.</summary>
internal sealed record PolicyCheckDocument(string File, string Format, int Settings, int Errors, int Warnings, IReadOnlyList<PolicyFindingBody> Findings, IReadOnlyList<string> NotUnderstood);

/// <summary>One finding.</summary>
internal sealed record PolicyFindingBody(string Severity, string Key, string Name, string? Found, string Why, string Remedy);
