using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Tests.Approvals;

/// <summary>A view that is made a record at a time: Pilot with Inner in it, Servers beside it, and what a test adds.</summary>
internal sealed class ApprovalScene
{
    public static readonly TargetGroup Pilot = new(new Guid("00000000-0000-0000-0000-00000000000a"), "Pilot", TargetGroup.AllComputers.Id);
    public static readonly TargetGroup Inner = new(new Guid("00000000-0000-0000-0000-00000000000b"), "Inner", Pilot.Id);
    public static readonly TargetGroup Servers = new(new Guid("00000000-0000-0000-0000-00000000000c"), "Servers", TargetGroup.AllComputers.Id);

    private static readonly LogId Log = new(Guid.NewGuid());
    private static readonly Guid EpochId = Guid.NewGuid();
    private long _sequence;
    private int _number;

    public ApprovalScene() => Apply([.. new[] { Pilot, Inner, Servers }.Select(group => new ViewRecord.Group(++_sequence, group.Id, group))]);

    public ServedView View { get; private set; } = ServedView.Empty;

    public UpdateEntry this[Guid id] => View.Updates[id];

    public TargetGroup Group(string name) => View.Groups.Find(name)!; // Tests name groups of the scene.

    /// <summary>An update by its traits: removable, expired, asks, declined, licensed, accepted, detectoid, category, bundled.</summary>
    public Guid Add(string title, string traits, Guid[][]? needs = null, Guid[][]? brings = null, Guid? id = null, int revision = 100, Guid? eula = null)
    {
        var updateId = id ?? Guid.NewGuid();
        var words = traits.Split(' ');
        Guid? licence = words.Contains("licensed") ? eula ?? Guid.NewGuid() : null;
        var entry = new CatalogEntry
        {
            RevisionId = ++_number,
            Id = new RevisionId(updateId, revision),
            Sequence = ++_sequence,
            Type = words.Contains("detectoid") ? UpdateType.Detectoid : words.Contains("category") ? UpdateType.Category : UpdateType.Software,
            Title = title,
            DocumentDigest = new byte[32],
            PublicationState = words.Contains("expired") ? PublicationState.Expired : PublicationState.Published,
            IsExplicitlyDeployable = !words.Contains("bundled"),
            CanUninstall = words.Contains("removable"),
            CanRequestUserInput = words.Contains("asks"),
            EulaId = licence,
            Prerequisites = [.. (needs ?? []).Select(clause => new Prerequisite(clause, IsCategory: false))],
            BundledUpdates = [.. (brings ?? []).Select(group => new BundleGroup([.. group.Select(child => View.Updates[child].Latest!.Id)]))], // They were added before.
        };
        Apply(new ViewRecord.Revision(entry));
        if (words.Contains("declined")) Apply(new ViewRecord.Decline(++_sequence, updateId, IsDeclined: true));
        if (words.Contains("accepted")) Apply(new ViewRecord.Eula(++_sequence, licence!.Value, IsAccepted: true)); // What is accepted is licensed.
        return updateId;
    }

    public void Approve(Guid update, string group, ApprovalAction action, DateTimeOffset? deadline = null) =>
        Apply(new ViewRecord.Approved(++_sequence, new Approval(update, Group(group).Id, View.Updates[update].Latest!.Id.RevisionNumber, action, deadline))); // It was added before.

    public void Apply(params ViewRecord[] records)
    {
        var builder = new ServedViewBuilder(ReferenceEquals(View, ServedView.Empty) ? null : View);
        foreach (var record in records) builder.Apply(record);
        View = builder.Build(new LogHead(new Position(Log, 1, EpochId, _sequence), 0, 0, new byte[2048]));
    }

    public long Next() => ++_sequence;
}
