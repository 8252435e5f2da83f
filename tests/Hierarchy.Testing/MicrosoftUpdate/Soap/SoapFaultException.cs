namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>Ends a call with a fault of the protocol ([MS-WSUSSS] 2.2.9.3).</summary>
internal sealed class SoapFaultException(string errorCode, string detail = "") : Exception(detail.Length == 0 ? errorCode : $"{errorCode}: {detail}")
{
    public const string InternalServerError = nameof(InternalServerError);
    public const string InvalidParameters = nameof(InvalidParameters);
    public const string InvalidCookie = nameof(InvalidCookie);
    public const string InvalidAuthorizationCookie = nameof(InvalidAuthorizationCookie);
    public const string IncompatibleProtocolVersion = nameof(IncompatibleProtocolVersion);
    public const string ServerChanged = nameof(ServerChanged);

    public string ErrorCode => errorCode;

    /// <summary>The Message of the fault's detail: the parameter's name for InvalidParameters, else nothing.</summary>
    public string Detail => detail;
}
