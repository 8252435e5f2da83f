namespace Hierarchy.Domain.Office;

/// <summary>A registry value of a user that keeps Office from being updated from the Internet.</summary>
/// <param name="Line">The generation that obeys it.</param>
/// <param name="Key">Under the user's hive (`HKCU`, or `HKU` and the user's SID).</param>
/// <param name="ValueName">The value, a REG_DWORD.</param>
/// <param name="Blocked">What it is when updates are blocked.</param>
/// <param name="Policy">What Microsoft's own template calls it.</param>
/// <param name="Source">Where that is documented.</param>
public sealed record OfficeOnlineKey(OfficeProductLine Line, string Key, string ValueName, uint Blocked, string Policy, string Source);
