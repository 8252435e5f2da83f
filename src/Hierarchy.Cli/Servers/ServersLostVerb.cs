using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Servers;

/// <summary>`servers lost`: what the server that is asked held of histories that others took the place of.</summary>
internal sealed class ServersLostVerb : Verb
{
    private readonly Argument<string> server = new("NAME") { Description = "The server that is meant, for safety: it has to be the one that is asked.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
    private readonly Option<long?> show = new("--show") { Description = "The records of one loss, in words.", HelpName = "ID" };
    private readonly Option<long?> forget = new("--forget") { Description = "Remove one loss for good.", HelpName = "ID" };

    public ServersLostVerb()
        : base(
            "lost", "What this server held that the root's history does not have: after a promotion, a restore, or two roots.",
            "hierarchy servers lost", "hierarchy servers lost --show 1", "hierarchy servers lost --forget 1")
    {
        Add(server);
        Add(show);
        Add(forget);
        Validators.Add(result =>
        {
            if (result.GetValue(show) is not null && result.GetValue(forget) is not null) result.AddError("Look at a loss with --show, or remove it with --forget, one after the other.");
        });
    }

    public override IReadOnlyList<string> Details =>
    [
        "A loss is kept at every server that held it, until it is forgotten. Nothing of it is decided any more: read it, and decide again",
        "at the root what is still wanted. `servers list` counts the records of every server.",
    ];

    protected override Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var client = new SuccessionAdminService.SuccessionAdminServiceClient(session.Channel);
        if (arguments.GetValue(show) is { } shown) return ShowAsync(session, client, shown);
        if (arguments.GetValue(forget) is { } forgotten) return ForgetAsync(session, client, forgotten);
        return ListAsync(session, client, arguments.GetValue(server) ?? "");
    }

    private static async Task<int> ListAsync(Session session, SuccessionAdminService.SuccessionAdminServiceClient client, string name)
    {
        var response = await session.AskAsync(client.ListLossesAsync, new ListLossesRequest { Server = name });
        var document = new LossListDocument([.. response.Losses.Select(LossBody.From)]);
        return session.Output.Write(document, console =>
        {
            if (document.Losses.Count == 0)
            {
                console.WriteLine("Nothing was lost here.");
                return;
            }

            var table = session.Output.Table("ID", "TIME", "RECORDS", "STOOD AT", "SHARED UP TO", "STANDS AT", "REASON");
            foreach (var loss in document.Losses)
                table.AddTextRow(
                    Human.Count(loss.LossId), loss.Time, Human.Count(loss.Records), loss.Before?.ToString(), Human.Count(loss.CommonSequence), loss.After?.ToString(), loss.Reason);
            console.Write(table);
        });
    }

    private static async Task<int> ShowAsync(Session session, SuccessionAdminService.SuccessionAdminServiceClient client, long id)
    {
        var records = new List<LostRecordBody>();
        using (var call = client.ShowLoss(new ShowLossRequest { Id = id }, session.Streaming))
            while (await call.ResponseStream.MoveNext(session.Cancellation))
                records.Add(LostRecordBody.From(call.ResponseStream.Current));
        return session.Output.Write(new LossDocument(id, records), console =>
        {
            var table = session.Output.Table("SEQUENCE", "RECORD");
            foreach (var record in records)
                table.AddTextRow(Human.Count(record.Sequence), record.Description);
            console.Write(table);
        });
    }

    private static async Task<int> ForgetAsync(Session session, SuccessionAdminService.SuccessionAdminServiceClient client, long id)
    {
        var response = await session.AskAsync(client.ForgetLossAsync, new ForgetLossRequest { Id = id });
        var document = new LossForgottenDocument(LossBody.From(response.Loss));
        return session.Output.Write(document, console => console.WriteLine($"Forgotten: {Human.Count(document.Forgotten.Records)} records of {document.Forgotten.Before}."));
    }
}
