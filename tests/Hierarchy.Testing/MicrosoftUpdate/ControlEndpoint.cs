using System.Globalization;
using System.Text.Json;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Microsoft.AspNetCore.Http;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>
/// What a test does to a simulated server that runs as a program: GET counters; POST publish (body: a document), revise?id=, expire?id=, grow?new=&amp;revised=&amp;seed=, restart,
/// group?name=&amp;parent=&amp;id=, approve?update=&amp;group=&amp;action=&amp;deadline=, withdraw?update=&amp;group=, hide?id=, unhide?id=, accept?id=,
/// forget-cookies, fail?calls=&amp;code=&amp;operation=, cut?calls=&amp;after=&amp;operation=. No such thing exists at a real one.
/// </summary>
internal sealed class ControlEndpoint(UpstreamState state)
{
    public const string Path = "/simulator";

    public async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var verb = request.Path.Value![Path.Length..].Trim('/');
        if (HttpMethods.IsGet(request.Method) && verb == "counters")
        {
            await WriteCountersAsync(context.Response, context.RequestAborted);
            return;
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            context.Response.StatusCode = await PerformAsync(verb, request, context.RequestAborted) ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        }
        catch (Exception problem) when (problem is FormatException or InvalidOperationException or ArgumentException or KeyNotFoundException or System.Xml.XmlException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(problem.Message, context.RequestAborted);
        }
    }

    private async Task<bool> PerformAsync(string verb, HttpRequest request, CancellationToken cancellationToken)
    {
        var query = request.Query;
        var calls = int.TryParse(query["calls"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
        string? operation = query["operation"];
        switch (verb)
        {
            case "publish":
                using (var reader = new StreamReader(request.Body))
                    state.Library.Publish(SourceDocument.Parse(await reader.ReadToEndAsync(cancellationToken)));
                return true;
            case "revise":
                state.Library.Revise(Guid.Parse(query["id"].ToString()));
                return true;
            case "expire":
                state.Library.Expire(Guid.Parse(query["id"].ToString()));
                return true;
            case "grow":
                Grow(Number(query["new"]), Number(query["revised"]), Number(query["seed"]), cancellationToken);
                return true;
            case "restart":
                state.RestartWithNewAnchors();
                return true;
            case "group":
                state.Decisions.AddGroup(query["name"].ToString(), Optional(query["parent"]), Optional(query["id"]));
                return true;
            case "approve":
                var revision = state.Library.Latest(Guid.Parse(query["update"].ToString())) ?? throw new KeyNotFoundException("No such update is published.");
                state.Decisions.Approve(
                    revision,
                    Optional(query["group"]) ?? Decisions.UpstreamDecisions.AllComputers,
                    int.TryParse(query["action"], NumberStyles.None, CultureInfo.InvariantCulture, out var action) ? action : 0,
                    query["deadline"].ToString() is { Length: > 0 } deadline ? DateTimeOffset.Parse(deadline, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null);
                return true;
            case "withdraw":
                state.Decisions.Withdraw(Guid.Parse(query["update"].ToString()), Optional(query["group"]) ?? Decisions.UpstreamDecisions.AllComputers);
                return true;
            case "hide":
                state.Decisions.Hide(Guid.Parse(query["id"].ToString()));
                return true;
            case "unhide":
                state.Decisions.Unhide(Guid.Parse(query["id"].ToString()));
                return true;
            case "accept":
                state.Decisions.AcceptEula(Guid.Parse(query["id"].ToString()));
                return true;
            case "forget-cookies":
                state.Cookies.Forget();
                return true;
            case "fail":
                state.Faults.FailNext(calls, query["code"].ToString(), operation);
                return true;
            case "cut":
                state.Faults.CutNext(calls, long.Parse(query["after"].ToString(), CultureInfo.InvariantCulture), operation);
                return true;
            default:
                return false;
        }
    }

    private static Guid? Optional(string? text) => string.IsNullOrEmpty(text) ? null : Guid.Parse(text);

    /// <summary>What a month brings: updates of another seed, and the next revision of updates spread over the whole catalog.</summary>
    private void Grow(int added, int revised, int seed, CancellationToken cancellationToken)
    {
        var updates = state.Library.Revisions.ToArray().Where(revision => !revision.Summary.IsConfiguration).Select(revision => revision.Key.Id).Distinct().ToArray();
        if (revised > updates.Length) throw new ArgumentException($"There are {updates.Length} updates; {revised} cannot be revised.");
        for (var i = 0; i < revised; i++) state.Library.Revise(updates[(int)((long)i * updates.Length / revised)]);
        state.Library.PublishMany(new DocumentGenerator(seed).Plan(added), progress: null, cancellationToken);
    }

    private static int Number(string? text) => int.Parse(text ?? "", NumberStyles.None, CultureInfo.InvariantCulture);

    private Task WriteCountersAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var counters = state.Counters;
        var document = new Dictionary<string, object>
        {
            ["calls"] = counters.Calls,
            ["faults"] = counters.Faults,
            ["updates_sent"] = counters.UpdatesSent,
            ["metadata_bytes"] = counters.MetadataBytes,
            ["content_requests"] = counters.ContentRequests,
            ["content_bytes"] = counters.ContentBytes,
            ["revisions"] = state.Library.Count,
        };
        response.ContentType = "application/json";
        return response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(document), cancellationToken).AsTask();
    }
}
