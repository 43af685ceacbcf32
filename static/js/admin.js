// Buttons of the admin lists: Flask-Admin's script knows how to run an action on the selected rows.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-admin-action]");
  if (button) {
    window.modelActions.execute(button.dataset.adminAction);
  }
  if (event.target.closest('a[href="#"], a[href^="javascript:"]')) {
    event.preventDefault();
  }
});
