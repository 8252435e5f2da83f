using Hierarchy.Domain.Office;
using Wire = Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Agent.Office;

/// <summary>Office between the contract and the domain.</summary>
internal static class OfficeWire
{
    private const int MaxText = 256;

    /// <summary>What is reported; null stays null. Texts are cut to what servers take.</summary>
    internal static Wire.OfficeReport? ToWire(OfficeReport? report)
    {
        if (report is null) return null;
        var message = new Wire.OfficeReport { Known = report.IsKnown };
        message.Installations.Add(report.Installations.Take(OfficeReport.MaxInstallations).Select(copy => new Wire.OfficeInstallation
        {
            Line = (Wire.OfficeProductLine)copy.Line,
            Version = Cut(copy.Version),
            SourceKind = (Wire.OfficeSourceKind)copy.SourceKind,
            SourceState = (Wire.OfficeSourceState)copy.SourceState,
            User = Cut(copy.User),
            ProductCode = Cut(copy.ProductCode),
            Name = Cut(copy.Name),
        }));
        return message;
    }

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText];
}
