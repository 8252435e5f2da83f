using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>A fault of an upstream server.</summary>
/// <param name="Error">What it means.</param>
/// <param name="Operation">The call that was answered with it.</param>
/// <param name="Code">The ErrorCode as it came; the faultcode where there is none.</param>
/// <param name="Message">What the server says of it; often empty.</param>
/// <param name="Id">The server's own id of the incident, by which its log is searched.</param>
public sealed record UpstreamFault(UpstreamError Error, string Operation, string Code, string Message, string Id)
{
    internal static UpstreamFault From(string operation, SoapFault fault)
    {
        var code = fault.ErrorCode.Length > 0 ? fault.ErrorCode : fault.FaultCode;
        return new UpstreamFault(Understand(code), operation, code, fault.Message.Length > 0 ? fault.Message : fault.FaultString, fault.Id);
    }

    private static UpstreamError Understand(string code) => code switch
    {
        "InvalidCookie" or "CookieExpired" => UpstreamError.InvalidCookie,
        "InvalidAuthorizationCookie" => UpstreamError.InvalidAuthorizationCookie,
        "ServerChanged" or "ConfigChanged" => UpstreamError.ServerChanged,
        "ServerBusy" => UpstreamError.ServerBusy,
        "InvalidParameters" => UpstreamError.InvalidParameters,
        "InternalServerError" => UpstreamError.InternalServerError,
        "IncompatibleProtocolVersion" => UpstreamError.IncompatibleProtocolVersion,
        "FileDigestsMissing" => UpstreamError.FileDigestsMissing,
        "TooManyIds" => UpstreamError.TooManyIds,
        "AccessDenied" => UpstreamError.AccessDenied,
        _ => UpstreamError.Unknown,
    };
}
