using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Disturbance = Hierarchy.Testing.MicrosoftUpdate.FaultPlan.Disturbance;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>Reads a SOAP call, has its operation answer it, and sends the answer or the fault as the captured server sends them.</summary>
internal sealed class SoapEndpoint(UpstreamState state)
{
    private const string AuthorizationNamespace = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService";
    private const string Namespace = "http://www.microsoft.com/SoftwareDistribution";
    private const string MonitorNamespace = "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable";
    private const int MaxRequestLength = 8 * 1024 * 1024;

    private readonly SessionOperations _session = new(state);
    private readonly RevisionListOperation _revisionList = new(state);
    private readonly UpdateDataOperations _updateData = new(state);
    private readonly DecisionOperations _decisions = new(state);
    private readonly DriverOperations _drivers = new(state);
    private readonly FileOperations _files = new(state);

    public async Task AnswerAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        body.Position = 0;
        var request = body.Length <= MaxRequestLength ? SoapRequest.Read(body) : null;
        if (request is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        state.Counters.Called(request.Operation);
        var disturbance = state.Faults.Next(request.Operation);
        if (state.Options.Latency > TimeSpan.Zero)
            await Task.Delay(state.Options.Latency, state.Options.Time, cancellationToken);

        using var answer = new AnswerWriter(16 * 1024);
        var status = StatusCodes.Status200OK;
        try
        {
            if (disturbance?.ErrorCode is { } injected)
                throw new SoapFaultException(injected);
            Begin(answer);
            Answer(request, answer, new Uri($"{context.Request.Scheme}://{context.Request.Host}"));
            End(answer);
        }
        catch (SoapFaultException fault)
        {
            state.Counters.Faulted();
            status = StatusCodes.Status500InternalServerError;
            answer.Clear();
            Begin(answer);
            WriteFault(answer, fault, request, context.Request);
            End(answer);
        }

        await SendAsync(context, status, answer, disturbance, cancellationToken);
    }

    private void Answer(SoapRequest request, AnswerWriter answer, Uri server)
    {
        switch (request.Operation, request.Namespace)
        {
            case ("GetAuthConfig", Namespace):
                _session.GetAuthConfig(answer);
                break;
            case ("GetAuthorizationCookie", AuthorizationNamespace):
                _session.GetAuthorizationCookie(request, answer);
                break;
            case ("GetCookie", Namespace):
                _session.GetCookie(request, answer);
                break;
            case ("GetConfigData", Namespace):
                _session.GetConfigData(request, answer);
                break;
            case ("GetRevisionIdList", Namespace):
                _revisionList.GetRevisionIdList(request, answer);
                break;
            case ("GetUpdateData", Namespace):
                _updateData.GetUpdateData(request, answer, server);
                break;
            case ("GetUpdateDecryptionData", Namespace):
                _updateData.GetUpdateDecryptionData(request, answer);
                break;
            case ("GetRelatedRevisionsForUpdates", Namespace):
                _updateData.GetRelatedRevisionsForUpdates(request, answer);
                break;
            case ("GetDeployments", Namespace):
                _decisions.GetDeployments(request, answer);
                break;
            case ("GetDriverIdList", Namespace):
                _drivers.GetDriverIdList(request, answer);
                break;
            case ("GetDriverSetData", Namespace):
                _drivers.GetDriverSetData(request, answer);
                break;
            case ("DownloadFiles", Namespace):
                _files.DownloadFiles(request, answer);
                break;
            case ("Ping", MonitorNamespace):
                _files.Ping(answer);
                break;
            default:
                throw new SoapFaultException(SoapFaultException.InvalidParameters, request.Operation);
        }
    }

    private static void Begin(AnswerWriter answer) => answer.Raw(
        """<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>"""u8);

    private static void End(AnswerWriter answer) => answer.Raw("</soap:Body></soap:Envelope>"u8);

    private static void WriteFault(AnswerWriter answer, SoapFaultException fault, SoapRequest request, HttpRequest http)
    {
        var isServers = fault.ErrorCode is SoapFaultException.InternalServerError or "ServerBusy";
        answer.Raw("<soap:Fault><faultcode>soap:"u8).Raw(isServers ? "Server"u8 : "Client"u8)
            .Raw("</faultcode><faultstring>Fault occurred</faultstring><faultactor>"u8).Text($"{http.Scheme}://{http.Host}{http.Path}")
            .Raw("</faultactor><detail><ErrorCode>"u8).Text(fault.ErrorCode)
            .Raw("</ErrorCode><Message>"u8).Text(fault.Detail)
            .Raw("</Message><ID>"u8).Id(Guid.NewGuid())
            .Raw("</ID><Method>\""u8).Text($"{request.Namespace}/{request.Operation}")
            .Raw("\"</Method></detail></soap:Fault>"u8);
    }

    private async Task SendAsync(HttpContext context, int status, AnswerWriter answer, Disturbance? disturbance, CancellationToken cancellationToken)
    {
        if (disturbance?.HttpStatus is { } refused)
        {
            context.Response.StatusCode = refused;
            return;
        }

        if (disturbance?.CorruptAt is { } place)
            answer.Invert((int)Math.Min(place, answer.Written.Length - 1));
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/xml; charset=utf-8";
        context.Response.Headers.CacheControl = "private, max-age=0";
        if (state.Options.Gzip && disturbance is null && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.ContentEncoding = "gzip";
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(answer.Written);
            state.Counters.Answered(compressed.Length);
            context.Response.ContentLength = compressed.Length;
            await context.Response.Body.WriteAsync(compressed.GetBuffer().AsMemory(0, (int)compressed.Length), cancellationToken);
            return;
        }

        var bytes = answer.WrittenMemory;
        context.Response.ContentLength = bytes.Length;
        if (disturbance?.CutAfter is { } limit && limit < bytes.Length)
        {
            await context.Response.Body.WriteAsync(bytes[..(int)limit], cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
            context.Abort();
            return;
        }

        state.Counters.Answered(bytes.Length);
        await context.Response.Body.WriteAsync(bytes, cancellationToken);
    }
}
