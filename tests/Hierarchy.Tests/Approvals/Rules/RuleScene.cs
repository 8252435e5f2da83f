using Hierarchy.Domain.Approvals.Rules;
using Hierarchy.Domain.Groups;
using Hierarchy.Domain.View;

namespace Hierarchy.Tests.Approvals.Rules;

/// <summary>A scene with a company, a family with two products, another product, two classifications, and what a test adds.</summary>
internal sealed class RuleScene
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 22, 15, 0, TimeSpan.Zero);

    public RuleScene()
    {
        Company = Category("Contoso", "Company", parent: null);
        Family = Category("Doors", "ProductFamily", Company);
        DoorsOne = Category("Doors 1", "Product", Family);
        DoorsTwo = Category("Doors 2", "Product", Family);
        Bureau = Category("Bureau", "Product", Company);
        Security = Category("Security Updates", "UpdateClassification", parent: null);
        Definitions = Category("Definition Updates", "UpdateClassification", parent: null);
    }

    public Guid Company { get; }
    public Guid Family { get; }
    public Guid DoorsOne { get; }
    public Guid DoorsTwo { get; }
    public Guid Bureau { get; }
    public Guid Security { get; }
    public Guid Definitions { get; }

    public ApprovalScene Approvals { get; } = new();

    public ServedView View => Approvals.View;

    public UpdateEntry this[Guid id] => View.Updates[id];

    /// <summary>The category of that name; a test names one of the scene.</summary>
    public Guid Named(string title) => View.Updates.Values.Single(update => update.Latest?.Title == title).UpdateId;

    /// <summary>An update by traits, see <see cref="ApprovalScene.Add"/>.</summary>
    public Guid Update(
        string title, string traits = "", IEnumerable<Guid>? categories = null, Guid[]? supersedes = null, DateTimeOffset? arrived = null, Guid[][]? needs = null, Guid[][]? brings = null, Guid? id = null,
        int revision = 100)
    {
        var added = Approvals.Add(title, traits, needs, brings, id, revision);
        var entry = this[added].Latest! with { Categories = [.. categories ?? [DoorsOne, Security]], SupersededUpdates = supersedes ?? [], ArrivedAt = arrived }; // It was added just now.
        Approvals.Apply(new ViewRecord.Revision(entry));
        return added;
    }

    /// <summary>A rule that is about everything, for Pilot.</summary>
    public static ApprovalRule Rule(string name = "Rule", int order = 1, params TargetGroup[] groups) => new()
    {
        Id = Guid.NewGuid(), Name = name, Order = order, Groups = [.. (groups.Length == 0 ? [ApprovalScene.Pilot] : groups).Select(group => group.Id)],
    };

    public IReadOnlyList<RuleVerdict> Judge(Guid update, params ApprovalRule[] rules) => new RuleJudge(View, rules, Now).Judge(this[update]);

    private Guid Category(string title, string type, Guid? parent)
    {
        var id = Approvals.Add(title, "category");
        var entry = this[id].Latest! with { CategoryType = type, Categories = parent is { } above ? [above] : [] }; // It was added just now.
        Approvals.Apply(new ViewRecord.Revision(entry));
        return id;
    }
}
