using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Agent.Report;

/// <summary>What the agent says of its computer.</summary>
internal sealed record ComputerDescription
{
    private static readonly RegistryPath CurrentVersion = new("HKLM", @"SOFTWARE\Microsoft\Windows NT\CurrentVersion", is32Bit: false);
    private static readonly RegistryPath Bios = new("HKLM", @"HARDWARE\DESCRIPTION\System\BIOS", is32Bit: false);

    /// <summary>DNS name.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Groups that it asks for.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>`10.0.20348.2527`, or fewer parts; empty where it is not known, as the next two.</summary>
    public string OsVersion { get; init; } = "";

    /// <summary>Who made it.</summary>
    public string Manufacturer { get; init; } = "";

    /// <summary>What its maker calls it.</summary>
    public string Model { get; init; } = "";

    /// <summary>From what the computer knows of itself: on Windows the registry, elsewhere the facts file's.</summary>
    internal static ComputerDescription Of(AgentOptions options, IFacts facts)
    {
        var fact = facts.OperatingSystem;
        var isKnown = fact.IsKnown(out var known);
        var revision = facts.ReadValue(CurrentVersion, "UBR").IsKnown(out var value) && value.Number > 0 ? $".{value.Number}" : "";
        return new ComputerDescription
        {
            Name = options.Name,
            OperatingSystem = isKnown ? $"{known!.Platform} {known.Major}.{known.Minor}.{known.Build}" : System.Runtime.InteropServices.RuntimeInformation.OSDescription, // Known facts are there.
            Groups = options.Groups,
            OsVersion = isKnown ? string.Create(CultureInfo.InvariantCulture, $"{known!.Major}.{known.Minor}.{known.Build}{revision}") : "", // As above.
            Manufacturer = Text("SystemManufacturer"),
            Model = Text("SystemProductName"),
        };

        string Text(string name) => facts.ReadValue(Bios, name).IsKnown(out var text) ? text.Text?.Trim() ?? "" : "";
    }

    /// <summary>True when no rule of groups could tell the two apart.</summary>
    internal bool IsPlacedAs(ComputerDescription other) => (OsVersion, Manufacturer, Model) == (other.OsVersion, other.Manufacturer, other.Model);

    /// <summary>Into what asks for decisions.</summary>
    internal void Fill(SyncRequest request, TimeProvider time)
    {
        request.Name = Name;
        request.Groups.Add(Groups);
        (request.OsVersion, request.Manufacturer, request.Model) = (OsVersion, Manufacturer, Model);
        request.UtcOffset = OffsetNow(time);
    }

    /// <summary>Into what is reported.</summary>
    internal void Fill(ReportRequest request, TimeProvider time)
    {
        (request.Name, request.OperatingSystem) = (Name, OperatingSystem);
        request.Groups.Add(Groups);
        (request.OsVersion, request.Manufacturer, request.Model) = (OsVersion, Manufacturer, Model);
        request.UtcOffset = OffsetNow(time);
    }

    private static Duration OffsetNow(TimeProvider time) => time.LocalTimeZone.GetUtcOffset(time.GetUtcNow()).ToDuration();
}
