using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;

namespace Hierarchy.Tests.Applicability;

/// <summary>A rule that is two comparisons: both must hold. Each asks whether a registry value is 1, or is not.</summary>
internal sealed record RuleModel(int First, bool IsFirstNegated, int Second)
{
    internal string Xml => $"<And>{(IsFirstNegated ? $"<Not>{Compare(First)}</Not>" : Compare(First))}{Compare(Second)}</And>";

    /// <summary>True, false, or null for unknown.</summary>
    internal bool? Holds(int[] facts)
    {
        var first = Truth(facts[First]) ^ IsFirstNegated;
        var second = Truth(facts[Second]);
        return first == false || second == false ? false : first is null || second is null ? null : true;
    }

    // 0: no such value; 1: the number 0; 2: the number 1; 3: a text, which is no number.
    private static bool? Truth(int fact) => fact == 3 ? null : fact == 2;

    private static string Compare(int fact) => $"""<b.RegDword Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\X" Value="V{fact}" Comparison="EqualTo" Data="1"/>""";
}

internal sealed record RevisionModel(
    int Update, int Number, UpdateType Type, int[][] Prerequisites, (int Update, int Number)[][] Bundled, RuleModel? Installed, RuleModel? Superseded, RuleModel? Installable)
{
    internal (int Update, int Number) Key => (Update, Number);

    internal UpdateRevision ToRevision()
    {
        var rules = Section("IsInstalled", Installed) + Section("IsSuperseded", Superseded) + Section("IsInstallable", Installable);
        return new UpdateRevision
        {
            Id = Id(Update, Number),
            Type = Type,
            Texts = [new LocalizedText("en", "An update", "")],
            Rules = Hierarchy.Domain.Applicability.ApplicabilityRules.Read(System.Xml.Linq.XElement.Parse($"<ApplicabilityRules>{rules}</ApplicabilityRules>")),
            Prerequisites = [.. Prerequisites.Select(clause => new Prerequisite([.. clause.Select(update => Id(update, 0).UpdateId)], IsCategory: false))],
            BundledUpdates = [.. Bundled.Select(group => new BundleGroup([.. group.Select(child => Id(child.Update, child.Number))]))],
        };

        static string Section(string name, RuleModel? rule) => rule is null ? "" : $"<{name}>{rule.Xml}</{name}>";
    }

    internal static RevisionId Id(int update, int number) => new(new Guid(update, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), number);
}

/// <summary>One thing that happens between two scans.</summary>
internal sealed record Change(int Kind, int Fact, int Value, RevisionModel Revision);

/// <summary>Random catalogs small enough to nest, repeat, miss and circle.</summary>
internal static class CatalogModel
{
    internal const int Facts = 4;
    private const int Updates = 7;

    internal static readonly Gen<int[]> FactValues = Gen.Choose(0, 3).ArrayOf(Facts);

    private static readonly Gen<RuleModel?> Rule =
        from isThere in Gen.Choose(0, 4)
        from first in Gen.Choose(0, Facts - 1)
        from isNegated in Gen.Elements(false, true)
        from second in Gen.Choose(0, Facts - 1)
        select isThere == 0 ? null : new RuleModel(first, isNegated, second);

    // One more than there are: it is in no catalog.
    private static readonly Gen<int> UpdateNumber = Gen.Choose(1, Updates + 1);

    private static readonly Gen<(int Update, int Number)> Child = from update in UpdateNumber from number in Gen.Choose(1, 2) select (update, number);

    internal static readonly Gen<RevisionModel> Revision =
        from update in Gen.Choose(1, Updates)
        from number in Gen.Choose(1, 2)
        from type in Gen.Elements(UpdateType.Software, UpdateType.Software, UpdateType.Software, UpdateType.Detectoid, UpdateType.Category)
        from clauses in Gen.Choose(0, 2)
        from prerequisites in Gen.Choose(1, 2).SelectMany(UpdateNumber.ArrayOf).ArrayOf(clauses)
        from groups in Gen.Elements(0, 0, 0, 1, 2)
        from bundled in Gen.Choose(1, 2).SelectMany(Child.ArrayOf).ArrayOf(groups)
        from installed in Rule
        from superseded in Rule
        from installable in Rule
        select new RevisionModel(update, number, type, prerequisites, bundled, installed, superseded, installable);

    internal static readonly Gen<Change> Changes =
        from kind in Gen.Choose(0, 4)
        from fact in Gen.Choose(0, Facts - 1)
        from value in Gen.Choose(0, 3)
        from revision in Revision
        select new Change(kind, fact, value, revision);

    internal static FactSet ToFacts(int[] values)
    {
        var key = new Dictionary<string, object>();
        for (var index = 0; index < values.Length; index++)
            if (values[index] > 0) key[$"V{index}"] = values[index] == 3 ? "text" : values[index] - 1;
        return FactSetReader.Read(JsonSerializer.SerializeToUtf8Bytes(new { registry = new Dictionary<string, object> { [@"HKLM\SOFTWARE\X"] = key } }));
    }

    /// <summary>What each revision is, by the definitions alone and without regard to effort.</summary>
    internal static Dictionary<(int Update, int Number), UpdateState> Reference(IReadOnlyCollection<RevisionModel> catalog, int[] facts)
    {
        var byKey = catalog.ToDictionary(model => model.Key);
        var states = new Dictionary<(int, int), UpdateState>();
        var reach = byKey.Keys.ToDictionary(key => key, key => Closure(key));

        // A circle of dependencies is settled after everything outside that it reaches.
        foreach (var key in byKey.Keys.OrderBy(key => reach[key].Count))
        {
            if (states.ContainsKey(key)) continue;
            var circle = byKey.Keys.Where(other => other == key || (reach[key].Contains(other) && reach[other].Contains(key))).ToArray();
            for (var isChanging = true; isChanging;)
            {
                isChanging = false;
                foreach (var member in circle)
                {
                    if (states.ContainsKey(member) || Decide(byKey[member]) is not { } state) continue;
                    states[member] = state;
                    isChanging = true;
                }
            }

            foreach (var member in circle) states.TryAdd(member, UpdateState.NotApplicable);
        }

        return states;

        HashSet<(int, int)> Closure((int, int) start)
        {
            var found = new HashSet<(int, int)> { start };
            var open = new Stack<(int, int)>([start]);
            while (open.TryPop(out var key))
                foreach (var next in Dependencies(byKey[key]))
                    if (found.Add(next)) open.Push(next);
            return found;
        }

        IEnumerable<(int, int)> Dependencies(RevisionModel model) => model.Prerequisites.SelectMany(clause => clause).Select(Newest)
            .Concat(model.Bundled.SelectMany(group => group).Select(Meant)).OfType<(int, int)>();

        (int, int)? Newest(int update) => byKey.ContainsKey((update, 2)) ? (update, 2) : byKey.ContainsKey((update, 1)) ? (update, 1) : null;

        (int, int)? Meant((int Update, int Number) child) => byKey.ContainsKey(child) ? child : Newest(child.Update);

        // Null while it hangs on what is not settled.
        UpdateState? Decide(RevisionModel model)
        {
            var clauses = model.Prerequisites.Select(clause => clause.Select(Newest).ToArray()).ToArray();
            if (clauses.Any(clause => clause.All(id => id is not { } known || (states.TryGetValue(known, out var state) && state != UpdateState.Installed))))
                return UpdateState.NotApplicable;
            if (!clauses.All(clause => clause.Any(id => id is { } known && states.GetValueOrDefault(known) == UpdateState.Installed))) return null;
            if (model.Bundled.Length > 0) return DecideBundle(model);
            var isInstalled = model.Installed?.Holds(facts);
            if (model.Type == UpdateType.Category && model.Installed is null) return UpdateState.Installed;
            if (isInstalled == true) return UpdateState.Installed;
            if (model.Type != UpdateType.Software || model.Installed is null || isInstalled is null) return UpdateState.NotApplicable;
            return Offer(model, UpdateState.NotInstalled);
        }

        UpdateState? DecideBundle(RevisionModel model)
        {
            if (model.Installed?.Holds(facts) == true) return UpdateState.Installed;
            var groups = model.Bundled.Select(GroupState).ToArray();
            if (groups.Contains(UpdateState.NotApplicable)) return UpdateState.NotApplicable;
            if (groups.Contains(null)) return null;
            return groups.Contains(UpdateState.NotInstalled) ? Offer(model, UpdateState.NotInstalled) : UpdateState.Installed;
        }

        UpdateState? GroupState((int, int)[] group)
        {
            var children = group.Select(Meant).OfType<(int, int)>().Select(child => states.TryGetValue(child, out var state) ? state : (UpdateState?)null).ToArray();
            if (children.Contains(UpdateState.NotInstalled)) return UpdateState.NotInstalled;
            if (children.Contains(null)) return null;
            return children.Contains(UpdateState.Installed) ? UpdateState.Installed : UpdateState.NotApplicable;
        }

        UpdateState Offer(RevisionModel model, UpdateState offered)
        {
            if (model.Superseded is { } superseded && superseded.Holds(facts) != false) return UpdateState.NotApplicable;
            return model.Installable is { } installable && installable.Holds(facts) != true ? UpdateState.NotApplicable : offered;
        }
    }
}
