// Tells the platform's window that the registration is over (Dynamic Registration 1.0, 3.5).
const platform = window.opener ?? window.parent;
platform.postMessage({ subject: "org.imsglobal.lti.close" }, document.body.querySelector("[data-origin]").dataset.origin);
