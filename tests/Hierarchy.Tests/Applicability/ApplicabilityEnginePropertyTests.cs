using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Catalog;
using Xunit;

namespace Hierarchy.Tests.Applicability;

public sealed class ApplicabilityEnginePropertyTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay(20_26_11, 1_23_45);

    [Fact]
    public void Evaluate_AfterAnyChanges_EqualsAnEvaluationFromNothingAndTheDefinitions()
    {
        var cases =
            from revisions in CatalogModel.Revision.ArrayOf(9)
            from facts in CatalogModel.FactValues
            from changes in CatalogModel.Changes.ArrayOf(6)
            select (revisions, facts, changes);

        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var models = new Dictionary<(int, int), RevisionModel>();
            var documents = new Dictionary<(int, int), UpdateRevision>();
            foreach (var model in test.revisions) Put(model);
            var facts = test.facts.ToArray();
            var engine = new ApplicabilityEngine();
            AssertRight();
            foreach (var change in test.changes)
            {
                var before = engine.Evaluate(documents.Values, CatalogModel.ToFacts(facts));
                var copy = before.ToDictionary();
                switch (change.Kind)
                {
                    case 0 or 1: facts[change.Fact] = change.Value; break;
                    case 2: Put(change.Revision); break;
                    case 3:
                        models.Remove(change.Revision.Key);
                        documents.Remove(change.Revision.Key);
                        break;
                }

                AssertRight();
                Assert.Equal(copy, before);
            }

            void Put(RevisionModel model) => (models[model.Key], documents[model.Key]) = (model, model.ToRevision());

            void AssertRight()
            {
                var results = engine.Evaluate(documents.Values, CatalogModel.ToFacts(facts));

                // From nothing, and from the other end: where one begins decides nothing.
                var anew = ApplicabilityEvaluator.Evaluate(documents.Values.Reverse(), CatalogModel.ToFacts(facts));
                Assert.Equal(anew.OrderBy(pair => pair.Key.ToString()), results.OrderBy(pair => pair.Key.ToString()));
                var expected = CatalogModel.Reference(models.Values, facts);
                Assert.Equal(expected.Count, results.Count);
                foreach (var (key, state) in expected)
                {
                    Assert.Equal(state, results[documents[key].Id].State);
                    Assert.Equal(results[documents[key].Id], engine.EvaluateAlone(documents[key].Id, CatalogModel.ToFacts(facts)));
                }

                Assert.Same(results, engine.Evaluate(documents.Values, CatalogModel.ToFacts(facts)));
                Assert.Equal(0, engine.LastEvaluated);
            }
        }));
    }
}
