namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of Cbs: component based servicing.</summary>
/// <param name="PackageIdentity">`name~token~architecture~language~version`; mostly empty: the rules' metadata names the package.</param>
public sealed record CbsHandler(string PackageIdentity) : HandlerData;
