using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Xunit;

namespace Hierarchy.Tests.Applicability;

public sealed class ApplicabilityEvaluatorTests
{
    private static readonly ApplicabilityRules Needed = Rules("<False/>", "<True/>");
    private static readonly ApplicabilityRules Present = Rules("<True/>", "<True/>");
    private static readonly ApplicabilityRules Inapplicable = Rules("<False/>", "<False/>");

    [Theory]
    [InlineData("<True/>", "<True/>", UpdateState.Installed)]
    [InlineData("<False/>", "<True/>", UpdateState.NotInstalled)]
    [InlineData("<False/>", "<False/>", UpdateState.NotApplicable)]
    [InlineData("<Strange/>", "<True/>", UpdateState.NotApplicable)]
    [InlineData("<False/>", "<Strange/>", UpdateState.NotApplicable)]
    public void Leaf_ByItsRules_HasItsState(string installed, string installable, UpdateState expected)
    {
        var result = One(Leaf(1, Rules(installed, installable)));

        Assert.Equal(expected, result.State);
        Assert.NotEmpty(result.Reason);
        Assert.Equal(installed.Contains("Strange", StringComparison.Ordinal) || installable.Contains("Strange", StringComparison.Ordinal), result.IsUndecided);
    }

    [Fact]
    public void Leaf_Superseded_IsNotApplicable()
    {
        var rules = ApplicabilityRules.Read(System.Xml.Linq.XElement.Parse(
            "<ApplicabilityRules><IsInstalled><False/></IsInstalled><IsSuperseded><True/></IsSuperseded><IsInstallable><True/></IsInstallable></ApplicabilityRules>"));

        Assert.Equal(UpdateState.NotApplicable, One(Leaf(1, rules)).State);
    }

    [Fact]
    public void Leaf_WithoutIsInstalled_IsNotApplicable() => Assert.Equal(UpdateState.NotApplicable, One(Leaf(1, ApplicabilityRules.None)).State);

    [Fact]
    public void Leaf_WithoutIsInstallable_IsNeededUntilInstalled()
        => Assert.Equal(UpdateState.NotInstalled, One(Leaf(1, RuleCases.Rules("<False/>"))).State);

    [Fact]
    public void Prerequisites_InConjunctiveNormalForm_AreAllWanted()
    {
        var yes = Detectoid(1, "<True/>");
        var no = Detectoid(2, "<False/>");
        var either = Leaf(3, Needed, Any(2, 1));
        var both = Leaf(4, Needed, Any(1), Any(2));
        var missing = Leaf(5, Needed, Any(99));
        var chained = Leaf(6, Needed, Any(3));

        var results = Evaluate(either, both, missing, chained, no, yes);

        Assert.Equal(UpdateState.NotInstalled, results[either.Id].State);
        Assert.Equal(UpdateState.NotApplicable, results[both.Id].State);
        Assert.Contains(Id(2).ToString(), results[both.Id].Reason, StringComparison.Ordinal);
        Assert.Contains("not in the catalog", results[missing.Id].Reason, StringComparison.Ordinal);
        Assert.Equal(UpdateState.NotApplicable, results[chained.Id].State);
        Assert.Equal(UpdateState.Installed, results[yes.Id].State);
        Assert.Equal(UpdateState.NotApplicable, results[no.Id].State);
    }

    [Fact]
    public void Prerequisite_OfAnOldRevision_MeansTheNewest()
    {
        var older = Detectoid(1, "<True/>");
        var newer = Detectoid(1, "<False/>") with { Id = new RevisionId(Id(1), 7) };
        var update = Leaf(2, Needed, Any(1));

        Assert.Equal(UpdateState.NotApplicable, Evaluate(older, newer, update)[update.Id].State);
    }

    [Fact]
    public void Cycle_OfPrerequisites_IsNotApplicableAndEnds()
    {
        var a = Leaf(1, Present, Any(2));
        var b = Leaf(2, Present, Any(1));
        var self = Leaf(3, Present, Any(3));

        var results = Evaluate(a, b, self);

        Assert.All(results.Values, result => Assert.Equal(UpdateState.NotApplicable, result.State));
        Assert.Contains("itself", results[self.Id].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_OfAHundredThousandPrerequisites_NeedsNoStack()
    {
        var chain = Enumerable.Range(1, 100_000).Select(number => number == 1 ? Leaf(1, Present) : Leaf(number, Present, Any(number - 1))).Reverse().ToArray();

        Assert.All(Evaluate(chain).Values, result => Assert.Equal(UpdateState.Installed, result.State));
    }

    [Theory]
    [InlineData("N,P", UpdateState.NotInstalled)]
    [InlineData("P,P", UpdateState.Installed)]
    [InlineData("P,-", UpdateState.NotApplicable)]
    [InlineData("N|P|-,P", UpdateState.NotInstalled)]
    [InlineData("-|P", UpdateState.Installed)]
    [InlineData("-|-", UpdateState.NotApplicable)]
    public void Bundle_ByItsGroups_HasItsState(string groups, UpdateState expected)
    {
        var number = 10;
        var updates = new List<UpdateRevision>();
        var bundled = groups.Split(',').Select(group => new BundleGroup([.. group.Split('|').Select(word =>
        {
            var child = Leaf(number++, word switch { "N" => Needed, "P" => Present, _ => Inapplicable });
            updates.Add(child);
            return child.Id;
        })])).ToArray();
        var bundle = Leaf(1, ApplicabilityRules.None) with { BundledUpdates = bundled };

        Assert.Equal(expected, Evaluate([bundle, .. updates])[bundle.Id].State);
    }

    [Fact]
    public void Bundle_OfBundles_IsDecidedFromTheLeaves()
    {
        var leaf = Leaf(1, Needed);
        var inner = Leaf(2, ApplicabilityRules.None) with { BundledUpdates = [new BundleGroup([leaf.Id])] };
        var outer = Leaf(3, ApplicabilityRules.None) with { BundledUpdates = [new BundleGroup([inner.Id])] };
        var loop = Leaf(4, ApplicabilityRules.None) with { BundledUpdates = [new BundleGroup([new RevisionId(Id(4), 1)])] };

        var results = Evaluate(outer, inner, leaf, loop);

        Assert.Equal(UpdateState.NotInstalled, results[outer.Id].State);
        Assert.Equal(UpdateState.NotApplicable, results[loop.Id].State);
    }

    [Fact]
    public void Bundle_WithAnIsInstallableOfItsOwn_MustSatisfyIt()
    {
        var leaf = Leaf(1, Needed);
        var bundle = Leaf(2, Inapplicable) with { BundledUpdates = [new BundleGroup([leaf.Id])] };

        Assert.Equal(UpdateState.NotApplicable, Evaluate(bundle, leaf)[bundle.Id].State);
    }

    [Fact]
    public void RecordedDocuments_WithTheirPrerequisitesMissing_SayWhichOnes()
    {
        var xml = File.ReadAllText(RepositoryRoot.Fixture("updates/266f6222-c89d-43f2-9f8a-69340271e677-r200.xml"));
        var revision = UpdateDocument.Read(xml);

        Assert.NotNull(revision.Rules.IsInstalled);
        Assert.NotNull(revision.Rules.IsInstallable);
        Assert.Contains("be4048db-157c-4532-9582-7f05099590c9", One(revision).Reason, StringComparison.Ordinal);
    }

    private static ApplicabilityResult One(UpdateRevision revision) => Evaluate(revision)[revision.Id];

    private static IReadOnlyDictionary<RevisionId, ApplicabilityResult> Evaluate(params UpdateRevision[] revisions)
        => ApplicabilityEvaluator.Evaluate(revisions, RuleCases.Computer);

    private static ApplicabilityRules Rules(string installed, string installable) => ApplicabilityRules.Read(System.Xml.Linq.XElement.Parse(
        $"<ApplicabilityRules><IsInstalled>{installed}</IsInstalled><IsInstallable>{installable}</IsInstallable></ApplicabilityRules>"));

    private static UpdateRevision Leaf(int number, ApplicabilityRules rules, params Prerequisite[] prerequisites) => new()
    {
        Id = new RevisionId(Id(number), 1),
        Type = UpdateType.Software,
        Texts = [new LocalizedText("en", "An update", "")],
        Rules = rules,
        Prerequisites = prerequisites,
    };

    private static UpdateRevision Detectoid(int number, string rule) => Leaf(number, RuleCases.Rules(rule)) with { Type = UpdateType.Detectoid };

    private static Prerequisite Any(params int[] numbers) => new([.. numbers.Select(Id)], IsCategory: false);

    private static Guid Id(int number) => new(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
}
