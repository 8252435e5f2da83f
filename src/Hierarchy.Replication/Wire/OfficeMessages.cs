using Hierarchy.Domain;
using Client = Hierarchy.Protocol.Client.V1;
using Office = Hierarchy.Domain.Office;

namespace Hierarchy.Replication.Wire;

/// <summary>What agents found of Office, between the contract and the domain.</summary>
public static class OfficeMessages
{
    private const int MaxText = 256;

    /// <summary>To the contract; null stays null.</summary>
    public static Client.OfficeReport? ToProto(Office.OfficeReport? report)
    {
        if (report is null) return null;
        var message = new Client.OfficeReport { Known = report.IsKnown };
        message.Installations.Add(report.Installations.Select(installation => new Client.OfficeInstallation
        {
            Line = (Client.OfficeProductLine)installation.Line,
            Version = installation.Version,
            SourceKind = (Client.OfficeSourceKind)installation.SourceKind,
            SourceState = (Client.OfficeSourceState)installation.SourceState,
            User = installation.User,
            ProductCode = installation.ProductCode,
            Name = installation.Name,
        }));
        return message;
    }

    /// <summary>From the contract; null stays null. Kinds of a later version stay what they are.</summary>
    /// <exception cref="IntegrityException">There are more copies than any honest computer has, or a text is too long.</exception>
    public static Office.OfficeReport? ToDomain(Client.OfficeReport? message)
    {
        if (message is null) return null;
        if (message.Installations.Count > Office.OfficeReport.MaxInstallations)
            throw new IntegrityException($"Reading a report: it lists {message.Installations.Count} copies of Office; at most {Office.OfficeReport.MaxInstallations} are taken.");
        return new Office.OfficeReport(message.Known, [.. message.Installations.Select(ToDomain)]);
    }

    private static Office.OfficeInstallation ToDomain(Client.OfficeInstallation message)
    {
        if (message.Version.Length > MaxText || message.User.Length > ReportMessages.MaxUser || message.ProductCode.Length > MaxText || message.Name.Length > MaxText)
            throw new IntegrityException("Reading a report: a text about Office is too long.");
        return new Office.OfficeInstallation
        {
            Line = (Office.OfficeProductLine)message.Line,
            Version = message.Version,
            SourceKind = (Office.OfficeSourceKind)message.SourceKind,
            SourceState = (Office.OfficeSourceState)message.SourceState,
            User = message.User,
            ProductCode = message.ProductCode,
            Name = message.Name,
        };
    }
}
