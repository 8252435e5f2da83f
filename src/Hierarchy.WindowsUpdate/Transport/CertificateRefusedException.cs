using System.Security.Authentication;

namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>The server's certificate was not accepted: the message says what is wrong with it, and <see cref="NextStep"/> what to do.</summary>
internal sealed class CertificateRefusedException(string message, string nextStep) : AuthenticationException(message)
{
    public string NextStep => nextStep;
}
