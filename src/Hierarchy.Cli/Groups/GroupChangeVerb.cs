using Hierarchy.Cli.Effects;
using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Groups;

/// <summary>A verb that changes groups: it asks the server what that does, says so, asks whether it is meant, and has it done.</summary>
internal abstract class GroupChangeVerb<TRequest, TResponse> : Verb
{
    private readonly Option<bool> whatIf = WhatIf.Option();
    private readonly Option<bool> yes = GroupQuestion.Yes();

    protected GroupChangeVerb(string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        Add(whatIf);
        Add(yes);
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var client = new GroupService.GroupServiceClient(session.Channel);
        var onlySay = arguments.GetValue(whatIf);
        if (onlySay || !arguments.GetValue(yes))
        {
            var said = await AskAsync(session, client, Request(arguments, whatIf: true));
            var effect = GroupEffectBody.From(EffectOf(said));
            if (onlySay)
            {
                return Write(session, arguments, said, whatIf: true, console =>
                {
                    foreach (var sentence in GroupQuestion.Sentences(effect).DefaultIfEmpty("No approval goes, and the same groups count for every computer.")) console.WriteLine(sentence);
                    if (EffectsOf(said) is { } effects) WhatIf.Render(session.Output, console, EffectsBody.From(effects));
                    console.WriteLine("Nothing was done.");
                });
            }

            GroupQuestion.Confirm(session, effect, Question(arguments));
        }

        var done = await AskAsync(session, client, Request(arguments, whatIf: false));
        return Write(session, arguments, done, whatIf: false, console => console.WriteLine(Done(arguments, done)));
    }

    protected abstract TRequest Request(ParseResult arguments, bool whatIf);

    protected abstract Task<TResponse> AskAsync(Session session, GroupService.GroupServiceClient client, TRequest request);

    protected abstract GroupEffect EffectOf(TResponse response);

    /// <summary>What would follow; null where it was done.</summary>
    protected virtual DecisionEffects? EffectsOf(TResponse response) => null;

    /// <summary>Behind "Type yes to".</summary>
    protected abstract string Question(ParseResult arguments);

    /// <summary>What is said when it was done.</summary>
    protected abstract string Done(ParseResult arguments, TResponse response);

    protected abstract int Write(Session session, ParseResult arguments, TResponse response, bool whatIf, Action<IAnsiConsole> render);
}
