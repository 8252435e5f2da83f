using System.CommandLine;
using Grpc.Core;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Doctor;

/// <summary>`doctor upstream`: what stands between the root and its upstream, step by step.</summary>
internal sealed class DoctorUpstreamVerb() : Verb(
    "upstream",
    "Walk from the root server to its upstream (Microsoft Update or a WSUS) step by step and explain what fails. The server itself is asked, since its network, proxy and clock "
    + "count: it must run. Nothing is changed. Ends with 1 when a step fails.",
    "hierarchy doctor upstream", "hierarchy --server http://root.example:8532 doctor upstream", "hierarchy --output json doctor upstream | jq '.steps[] | select(.outcome == \"failed\")'")
{
    private const int OutcomeWidth = 9;
    private const int StepWidth = 24;
    private const int ElapsedWidth = 9;

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var steps = new List<DiagnoseUpstreamResponse>();
        using (var call = session.Admin.DiagnoseUpstream(new DiagnoseUpstreamRequest(), session.Streaming))
        {
            await foreach (var step in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                if (!session.Output.Json) Render(step, isFirst: steps.Count == 0, session.Output.Text);
                steps.Add(step);
            }
        }

        if (steps.Count == 0) throw new CommandFailedException("unavailable", $"The server at {session.Server} ended the answer before the first step.", "Look at its log.");
        var failed = steps.Where(step => step.Outcome == DiagnosisOutcome.Failed).ToList();
        if (failed.Count == 0) return session.Output.Write(DiagnosisDocument.From(steps, error: null), console => console.WriteLine("All is well."));
        var failure = new CommandFailedException("upstream_failed", $"{failed[0].Step}: {failed[0].Finding}", failed[0].NextStep);
        return session.Output.Fail(failure, DiagnosisDocument.From(steps, ErrorBody.From(failure)));
    }

    private static void Render(DiagnoseUpstreamResponse step, bool isFirst, IAnsiConsole console)
    {
        if (isFirst) console.WriteLine($"Upstream: {step.UpstreamUrl}");
        var elapsed = step.Outcome == DiagnosisOutcome.Skipped ? "" : Human.Span(step.Elapsed?.ToTimeSpan() ?? TimeSpan.Zero);
        console.WriteLine($"{DiagnosisDocument.Word(step.Outcome).PadRight(OutcomeWidth)}{step.Step.PadRight(StepWidth)}{elapsed.PadLeft(ElapsedWidth)}  {step.Finding}");
    }
}
