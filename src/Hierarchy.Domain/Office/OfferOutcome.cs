using System.Globalization;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Domain.Office;

/// <summary>"Why was this not offered?", answered in words for any computer and any update from what is decided, what was reported and what is here.</summary>
public sealed record OfferOutcome
{
    /// <summary>What the computer is told; null when it is told nothing of the update.</summary>
    public required DecisionAction? Action { get; init; }

    /// <summary>False for a computer that is known by an assignment alone.</summary>
    public required bool IsSeen { get; init; }

    /// <summary>When it reported last.</summary>
    public DateTimeOffset ReportedAt { get; init; }

    /// <summary>What it said of the update, for itself and for users.</summary>
    public IReadOnlyList<StatusReport> Statuses { get; init; } = [];

    /// <summary>What its agent found of Office; null where it has none.</summary>
    public OfficeReport? Office { get; init; }

    /// <summary>What the update is for; empty for what is no update of Office.</summary>
    public IReadOnlyList<OfficeProduct> Products { get; init; } = [];

    /// <summary>Files of the update that are not at the server that is asked, and all of them.</summary>
    public (int Missing, int All) Files { get; init; }

    /// <summary>The answer, a sentence a line; remedies begin with `Remedy:`. Never empty.</summary>
    public IReadOnlyList<string> Explain()
    {
        if (!IsSeen) return ["The computer never reported: whether it needs the update is not known.", .. OfOffice()];
        if (Statuses.Count == 0)
        {
            var why = Action is null ? "it is not told of it" : "it evaluates at its next detection";
            return [$"The computer (last heard of {Text(ReportedAt)}) said nothing of this update yet: {why}.", .. OfOffice()];
        }

        var lines = new List<string>();
        foreach (var status in Statuses.OrderBy(status => status.User, StringComparer.Ordinal)) Add(lines, status);
        lines.AddRange(OfOffice());
        if (Files.Missing > 0 && Action is DecisionAction.Install or DecisionAction.OptionalInstall && Statuses.Any(status => status.State == UpdateState.NotInstalled && status.Hold == HoldReason.None))
            lines.Add($"{Files.Missing} of its {Files.All} files are not at this server yet: they are fetched ahead or when a computer asks, as its content policy says.");
        return lines;
    }

    private void Add(List<string> lines, StatusReport status)
    {
        var who = status.User.Length == 0 ? "" : $"For user {status.User}: ";
        var when = $"(reported {Text(status.Time)})";
        lines.Add(who + (status.State switch
        {
            UpdateState.NotApplicable => $"It does not apply, by the update's own rules {when}.",
            UpdateState.Installed => $"It is installed {when}.",
            UpdateState.InstalledPendingReboot => $"It is installed, and the computer has to be restarted {when}.",
            UpdateState.Failed when status.Hold != HoldReason.None => $"It is needed and not installed, because the computer holds it {when}.",
            UpdateState.Failed => string.Create(CultureInfo.InvariantCulture, $"Its installation failed with code {status.ResultCode} (0x{status.ResultCode:X8}) {when}; the agent tries again at its next detection."),
            UpdateState.NotInstalled or UpdateState.Downloaded when status.Hold != HoldReason.None => $"It is needed and not installed, because the computer holds it {when}.",
            UpdateState.NotInstalled when Action is DecisionAction.Install => $"It is needed and approved, and not installed yet {when}.",
            UpdateState.Downloaded when Action is DecisionAction.Install => $"It is needed and approved, and downloaded {when}.",
            UpdateState.NotInstalled or UpdateState.Downloaded => $"It is needed {when}; nothing is installed that is not approved for installing.",
            var other => $"The computer says {other} {when}.",
        }));
        var copies = Office?.Installations.Where(copy => Products.Any(product => product.IsOf(copy))).ToArray() ?? [];
        lines.AddRange(OfficeWords.Of(status.Hold, copies));
    }

    private IEnumerable<string> OfOffice()
    {
        if (Products.Count == 0) return [];
        if (Office is null) return [OfficeWords.NoAgent];
        if (!Office.IsKnown) return [OfficeWords.NotKnown];
        var copies = Office.Installations.Where(copy => Products.Any(product => product.IsOf(copy))).ToArray();
        if (copies.Length == 0) return ["No Office that the update is for is on the computer."];

        // What holds it was said with the status.
        var isClickToRunSaid = Statuses.Any(status => status.Hold == HoldReason.ClickToRun);
        return [.. copies.Select(copy => $"Office there: {OfficeWords.Describe(copy)}."), .. OfficeWords.Warnings(copies).Where(warning => !isClickToRunSaid || !warning.StartsWith("Click-to-Run", StringComparison.Ordinal))];
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
