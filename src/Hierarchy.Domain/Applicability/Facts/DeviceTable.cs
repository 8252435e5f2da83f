namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>The devices of a computer, found by any of their ids: a catalog holds drivers by the thousand, and each names several. Equal when the devices are.</summary>
public sealed class DeviceTable : IEquatable<DeviceTable>
{
    private readonly Dictionary<string, List<DeviceMatch>> _byId = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A table of these devices.</summary>
    public DeviceTable(IReadOnlyList<DeviceFacts> devices)
    {
        Devices = devices;
        foreach (var device in devices)
        {
            for (var rank = 0; rank < device.HardwareIds.Count; rank++)
            {
                if (!_byId.TryGetValue(device.HardwareIds[rank], out var matches)) _byId[device.HardwareIds[rank]] = matches = [];

                // A device that has an id twice has it at the first place.
                if (matches.Count == 0 || !ReferenceEquals(matches[^1].Device, device)) matches.Add(new DeviceMatch(device, rank));
            }
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<DeviceFacts> Devices { get; }

    /// <summary>The devices that have the id, in any letter case.</summary>
    public IReadOnlyList<DeviceMatch> Find(string hardwareId) => _byId.TryGetValue(hardwareId, out var matches) ? matches : [];

    /// <inheritdoc/>
    public bool Equals(DeviceTable? other)
    {
        if (other is null || other.Devices.Count != Devices.Count) return false;
        for (var index = 0; index < Devices.Count; index++)
        {
            if (Devices[index].Driver != other.Devices[index].Driver) return false;
            if (!Devices[index].HardwareIds.SequenceEqual(other.Devices[index].HardwareIds, StringComparer.Ordinal)) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DeviceTable);

    /// <inheritdoc/>
    public override int GetHashCode() => Devices.Count;
}
