using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Replication.Wire;

/// <summary>The devices of drivers as revision records carry them.</summary>
public static class DriverRecords
{
    /// <summary>The message of a device. What only consoles show stays in the document.</summary>
    public static Protocol.Catalog.V1.DriverDevice Encode(DriverDevice device)
    {
        var message = new Protocol.Catalog.V1.DriverDevice { HardwareId = device.HardwareId, Class = device.Class, Provider = device.Provider };
        if (device.Date is { } date) message.Date = date.DayNumber;
        if (device.Version is { } version && Pack(version) is { } packed) message.Version = packed;
        message.CompatibleProviders.Add(device.CompatibleProviders);
        message.FeatureScores.Add(device.FeatureScores.Select(score => new Protocol.Catalog.V1.FeatureScore { OperatingSystem = score.OperatingSystem, Score = score.Score }));
        message.TargetComputers.Add(device.TargetComputers.Select(Positions.Id));
        message.DistributionComputers.Add(device.DistributionComputers.Select(Positions.Id));
        return message;
    }

    /// <summary>The device of a message; what a later version put there and has no meaning here is absent.</summary>
    public static DriverDevice Decode(Protocol.Catalog.V1.DriverDevice message) => new()
    {
        HardwareId = message.HardwareId,
        Class = message.Class,
        Provider = message.Provider,
        Date = message.HasDate && message.Date >= DateOnly.MinValue.DayNumber && message.Date <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber(message.Date) : null,
        Version = message.HasVersion ? Unpack(message.Version) : null,
        CompatibleProviders = [.. message.CompatibleProviders],
        FeatureScores = [.. message.FeatureScores.Select(score => new DriverFeatureScore(score.OperatingSystem, (byte)Math.Min(score.Score, byte.MaxValue)))],
        TargetComputers = [.. message.TargetComputers.Select(id => Positions.Id(id, "computer id"))],
        DistributionComputers = [.. message.DistributionComputers.Select(id => Positions.Id(id, "computer id"))],
    };

    /// <summary>Null where a part has more than 16 bits: Windows has no such version.</summary>
    private static ulong? Pack(FourPartVersion version) => Math.Max(Math.Max(version.Major, version.Minor), Math.Max(version.Build, version.Revision)) > ushort.MaxValue
        ? null
        : ((ulong)version.Major << 48) | ((ulong)version.Minor << 32) | ((ulong)version.Build << 16) | version.Revision;

    private static FourPartVersion Unpack(ulong packed) =>
        new((ushort)(packed >> 48), (ushort)(packed >> 32), (ushort)(packed >> 16), (ushort)packed);
}
