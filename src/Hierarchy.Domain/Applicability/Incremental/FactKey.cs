namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>Which fact was asked for. Names are compared exactly: another spelling of a key is one fact more, and nothing worse.</summary>
internal readonly record struct FactKey(FactKind Kind, int Number = 0, Guid Id = default, string? Name = null, string? Part = null);

/// <summary>One for each member of IFacts.</summary>
internal enum FactKind
{
    OperatingSystem,
    IsClustered,
    Devices,
    KeyExists,
    ReadValue,
    ListSubkeys,
    FindFile,
    FindFolder,
    Expand,
    ReadSystemMetric,
    OwnsClusterResource,
    ReadLicense,
    HasWmiResults,
    WasInstalled,
    ReadGeneric,
    ReadDeviceAttribute,
    FindProductRelease,
    FindMsiProduct,
    FindCbsPackage,
}
