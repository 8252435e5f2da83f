using System.Globalization;
using System.Net;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>What is done about every fault and every HTTP status.</summary>
public class UpstreamReactionTests
{
    private static readonly RevisionId Leaf = new(new Guid("266f6222-c89d-43f2-9f8a-69340271e677"), 200);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The table of [MS-WSUSSS] 2.2.9.3, TooManyIds of 3.1.4.8, and what real servers say beside it.</summary>
    [Theory]
    [InlineData("InvalidParameters", UpstreamError.InvalidParameters, UpstreamReaction.Stop)]
    [InlineData("InvalidCookie", UpstreamError.InvalidCookie, UpstreamReaction.AuthorizeAgain)]
    [InlineData("CookieExpired", UpstreamError.InvalidCookie, UpstreamReaction.AuthorizeAgain)]
    [InlineData("InternalServerError", UpstreamError.InternalServerError, UpstreamReaction.Stop)]
    [InlineData("IncompatibleProtocolVersion", UpstreamError.IncompatibleProtocolVersion, UpstreamReaction.Stop)]
    [InlineData("InvalidAuthorizationCookie", UpstreamError.InvalidAuthorizationCookie, UpstreamReaction.AuthorizeAgain)]
    [InlineData("FileDigestsMissing", UpstreamError.FileDigestsMissing, UpstreamReaction.SynchronizeAgain)]
    [InlineData("ServerChanged", UpstreamError.ServerChanged, UpstreamReaction.ResetAnchors)]
    [InlineData("ConfigChanged", UpstreamError.ServerChanged, UpstreamReaction.ResetAnchors)]
    [InlineData("ServerBusy", UpstreamError.ServerBusy, UpstreamReaction.BackOff)]
    [InlineData("TooManyIds", UpstreamError.TooManyIds, UpstreamReaction.Stop)]
    [InlineData("AccessDenied", UpstreamError.AccessDenied, UpstreamReaction.Stop)]
    [InlineData("SomethingNew", UpstreamError.Unknown, UpstreamReaction.Stop)]
    [InlineData("", UpstreamError.Unknown, UpstreamReaction.Stop)]
    public void Error_EveryCode_HasItsReactionAndANextStep(string code, UpstreamError error, UpstreamReaction reaction)
    {
        var fault = UpstreamFault.From("GetUpdateData", new SoapFault("soap:Client", "Fault occurred", code, "", "", ""));

        Assert.Equal(error, fault.Error);
        Assert.Equal(reaction, UpstreamReactions.To(fault.Error));
        var end = UpstreamReactions.Explain(new UpstreamFaultException(fault));
        Assert.Equal(reaction == UpstreamReaction.BackOff, end is UnavailableException);
        Assert.StartsWith($"GetUpdateData: the upstream answered {(code.Length > 0 ? code : "soap:Client")}", end.Message, StringComparison.Ordinal);
        Assert.True(end.Message.Length > 80, end.Message);
    }

    [Fact]
    public void Errors_AllAreInTheTable() =>
        Assert.All(Enum.GetValues<UpstreamError>(), error => Assert.True(Enum.IsDefined(UpstreamReactions.To(error))));

    [Theory]
    [InlineData(301, false, "sends its clients to https://wsus.example:8531/")]
    [InlineData(400, false, "does not take the request")]
    [InlineData(401, false, "lets anonymous users")]
    [InlineData(403, false, "wants https")]
    [InlineData(404, false, "8530")]
    [InlineData(408, true, "waited in vain")]
    [InlineData(429, true, "too often")]
    [InlineData(500, true, "without a SOAP fault")]
    [InlineData(502, true, "gateway")]
    [InlineData(503, true, "WsusPool")]
    [InlineData(504, true, "gateway")]
    public async Task Status_WithoutSoap_IsExplained(int status, bool comesBack, string hint)
    {
        foreach (var body in new[] { "", "<html><body><h1>No</h1></body></html>", "no xml", "<html><br></html>" })
        {
            var upstream = new RecordedUpstream { Location = new Uri("https://wsus.example:8531/") }.Answer("GetUpdateData", body, (HttpStatusCode)status);
            using var client = upstream.Client(options => options.Retries = 1);

            var exception = await Assert.ThrowsAnyAsync<Exception>(() => client.GetUpdateDataAsync([Leaf], Token));

            Assert.Equal(comesBack ? typeof(UnavailableException) : typeof(IntegrityException), exception.GetType());
            Assert.Contains(hint, exception.Message, StringComparison.Ordinal);
            Assert.Contains($"HTTP {status}", exception.Message, StringComparison.Ordinal);
            Assert.Equal(comesBack ? 2 : 1, upstream.Requests.Count(request => request.Operation == "GetUpdateData"));
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(503)]
    public async Task Fault_WithAnotherStatusThan500_IsAFault(int status)
    {
        using var client = new RecordedUpstream()
            .Answer("GetUpdateData", RecordedUpstream.Recording("000017-GetUpdateData-unknown-fault"), (HttpStatusCode)status).Client();

        var exception = await Assert.ThrowsAsync<UpstreamFaultException>(() => client.GetUpdateDataAsync([Leaf], Token));

        Assert.Equal(UpstreamError.InternalServerError, exception.Fault.Error);
    }

    [Fact]
    public async Task Fault_InTheFormOfSoap12_IsUnderstood()
    {
        using var client = new RecordedUpstream().Answer("GetUpdateData", """
            <env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body><env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode><env:Value>x</env:Value></env:Subcode></env:Code><env:Reason><env:Text xml:lang="en">Fault occurred</env:Text></env:Reason>
            <Detail><ErrorCode>
              InvalidParameters </ErrorCode><Message>updateIds</Message><ID>94327110-fc7e-4c3c-878d-186ab273d9fd</ID></Detail></env:Fault></env:Body></env:Envelope>
            """, HttpStatusCode.InternalServerError).Client();

        var fault = (await Assert.ThrowsAsync<UpstreamFaultException>(() => client.GetUpdateDataAsync([Leaf], Token))).Fault;

        Assert.Equal((UpstreamError.InvalidParameters, "updateIds", "94327110-fc7e-4c3c-878d-186ab273d9fd"), (fault.Error, fault.Message, fault.Id));
    }

    [Fact]
    public async Task Fault_ThatTalksForEver_IsShortenedToOneLine()
    {
        var fault = RecordedUpstream.Recording("000018-GetRevisionIdList-badanchor-fault").Replace(">filter<", $">a\n{new string('x', 100_000)}<", StringComparison.Ordinal);
        using var client = new RecordedUpstream().Answer("GetUpdateData", fault).Client();

        var exception = await Assert.ThrowsAsync<UpstreamFaultException>(() => client.GetUpdateDataAsync([Leaf], Token));

        Assert.InRange(exception.Message.Length, 8_000, 9_000);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task RetryAfter_ShortEnough_IsWaitedFor()
    {
        var upstream = new RecordedUpstream { RetryAfter = "0" }
            .Answer("GetUpdateData", "", HttpStatusCode.ServiceUnavailable)
            .Answer("GetUpdateData", RecordedUpstream.Recording("000015-GetUpdateData-uncompressed"));
        // By itself the client would wait a minute.
        using var client = upstream.Client(options => options.RetryDelay = TimeSpan.FromMinutes(1));

        Assert.Single(await client.GetUpdateDataAsync([Leaf], Token));
    }

    [Theory]
    [InlineData("7200", "0.02:00:00")]
    [InlineData("Sun, 04 Oct 2026 18:33:26 GMT", "0.02:00:00")]
    public async Task RetryAfter_LongerThanTheLongestWait_EndsAtOnceAndSaysSo(string header, string wait)
    {
        var upstream = new RecordedUpstream { RetryAfter = header }.Answer("GetUpdateData", "", HttpStatusCode.TooManyRequests);
        using var client = upstream.Client(time: new StoppedTime());

        var exception = await Assert.ThrowsAsync<UnavailableException>(() => client.GetUpdateDataAsync([Leaf], Token));

        Assert.Contains($"left alone for {wait}", exception.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.ParseExact(wait, "d\\.hh\\:mm\\:ss", CultureInfo.InvariantCulture), exception.RetryAfter);
        Assert.Single(upstream.Requests, request => request.Operation == "GetUpdateData");
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 10, 4, 16, 33, 26, TimeSpan.Zero);
    }
}
